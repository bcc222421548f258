"""From files to what matters in them: discovery, decoding, prefilter, module index, name resolution."""
