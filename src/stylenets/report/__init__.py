"""How figures are shown: tables, plots, and a web page that holds them."""
