#!/bin/sh
# Copies the files.
for f in *.txt; do
  cp "$f" /backup/;
done
exit 0;
