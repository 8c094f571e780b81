"""Icons, fonts, help pages and other files that are shipped with the program."""
