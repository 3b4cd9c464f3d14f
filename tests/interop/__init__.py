"""Standard tools and this language understand each other: xmlsec1, the JDK, signxml, curl and nc."""
