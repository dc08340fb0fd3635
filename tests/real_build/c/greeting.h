/* Writes the greeting for a name to standard output. */
void greet(const char *name);
