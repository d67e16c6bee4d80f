// Required before a program: its standard output is a disk on which nothing fits any more. The kernel says ENOSPC.
const { closeSync, openSync } = require('node:fs');

closeSync(1);
if (openSync('/dev/full', 'w') !== 1) throw new Error('standard output has not become /dev/full');
