"""What a text has made."""


class Result:
    """The variables, the value, the figures and the output of a text that ran.

    `r["run"]` is a variable, as is `r.run` where no part of a result has the name. Variables are read when they are asked for: in a session
    that has run another text since, they are what that has made of them.
    """

    def __init__(self, session, log, value, variables):
        #: the session it ran in, where it can be asked for more
        self.session = session
        #: the figures it showed, each with `.save(path)`
        self.figures = log.figures
        #: what it printed
        self.text = log.text
        #: the value it ended with
        self.value = value
        #: the names of the variables there were at its end
        self.variables = variables

    @property
    def last_run(self):
        """The run started last, as far as it came: what there is of one that was stopped."""
        return self.session.eval("last_run()")

    def __getitem__(self, name):
        return self.session[name]

    def __getattr__(self, name):
        if name.startswith("_") or name not in self.variables:
            raise AttributeError(f"the text has no variable {name!r}; there are {', '.join(self.variables) or 'none'}")
        return self.session[name]

    def __contains__(self, name):
        return name in self.variables

    def __dir__(self):
        return [*super().__dir__(), *self.variables]

    def _ipython_key_completions_(self):
        return self.variables

    def __repr__(self):
        n = len(self.figures)
        figures = f", {n} figure{'' if n == 1 else 's'}" if n else ""
        return f"Result: {', '.join(self.variables) or 'no variables'}{figures}"
