"""What is looked for in prompts and answers: leaked names, personal data, languages, repeats, forbidden words, tags.

A leaf: knows no feature, no web framework and no database. Pure, but for `endpoint`, which asks a server. Nothing here
logs or stores the text that it reads.
"""
