"""Find and replace in all files of the project: what is asked, what was found, what replaces it."""
