"""The XML schemas, one namespace per family and version, never edited once released; a package, so code finds them."""
