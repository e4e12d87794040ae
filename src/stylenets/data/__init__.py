"""Training photographs: square crops in an order that resumes, one file per data set."""
