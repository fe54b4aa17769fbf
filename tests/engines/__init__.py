"""Other people's engines, started on the loopback address for as long as a test needs them."""
