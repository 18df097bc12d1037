"""Who is here and who may join: the list, and letting people in and out."""
