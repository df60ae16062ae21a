"""The roads by which a switch reaches its authority: names, sockets, proxies, TLS, one HTTP exchange."""
