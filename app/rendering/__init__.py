"""One sanitised renderer: what models and people wrote -> HTML that is safe to put into a page.

A leaf: knows no feature, no web framework and no database.
"""

from app.rendering.blocks import start_of_last_block
from app.rendering.cache import render_markdown_cached
from app.rendering.page_text import render_markdown, render_plain

__all__ = ["render_markdown", "render_markdown_cached", "render_plain", "start_of_last_block"]
