"""The live arena: people's own questions, answered side by side by models that they do not know."""
