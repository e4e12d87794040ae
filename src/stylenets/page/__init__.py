"""A page for a browser: networks, what runs them there, and the page's own few files."""
