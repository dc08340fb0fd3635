FROM alpine
ADD <<﻿ a /b
USER a
