"""The words of the language."""
# words
KEYWORDS = ()
CONSTANTS = ()
MODULES = ()
FUNCTIONS = ()
# end of words
