"""The XML schemas, one namespace per family and version, never edited once released; as a package, code can find them."""
