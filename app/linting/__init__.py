"""Looks over anybody's preference files, without a database: `preferendum lint`.

`files` turns bytes into rows, `shapes` rows into examples, each file of `checks` examples into findings; all that a
check keeps of a row is a few numbers. Whatever the bytes are, what is wrong with them is a finding.
"""
