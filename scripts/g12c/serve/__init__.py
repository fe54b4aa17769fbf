"""The publication and its queries over HTTP, to read: pages, data, SPARQL 1.1, stored questions.

`app` makes the ASGI application, `answers` the process in which queries are answered, and `command`
is ``g12c serve``. It needs the extra ``serve``.
"""
