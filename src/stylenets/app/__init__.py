"""The app: a web page on this machine, built on ``stylenets.Stylizer``. The only user of Gradio."""
