"""The batch calculus: degrees, abstract values, operation tables and the interpreter."""
