"""The publication and the server as people use them, in a real browser."""
