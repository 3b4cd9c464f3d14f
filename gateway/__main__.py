"""`python -m gateway` is the command `yinqi`."""

import sys

from gateway.cli import main

sys.exit(main())
