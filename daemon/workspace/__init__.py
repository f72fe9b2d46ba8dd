"""The cloud's Workspace API: what poolpower asks of it, what it answers, and a simulation of it.

``port`` is what the rest of poolpower sees: eight calls and a refresh. ``client`` implements it over HTTP, ``memory``
in memory for tests; ``sandbox`` is a server that behaves as the reference says the cloud does. An action request never
raises: whatever happened to it is an ``answers.Answer`` with one of the fates that protocol 4.4 reasons with. The way
of a request through the client: ``spelling`` and ``signing`` (or ``tokens``) prepare it, ``transport`` sends it,
``reading_answers`` says what came back means, ``parsing`` makes the ``models``.
"""
