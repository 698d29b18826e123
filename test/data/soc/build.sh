#!/bin/sh
# Builds one test program: build.sh SOURCE OUTPUT [compiler options]. demo.elf is committed; make it again with
#   ./build.sh demo.c demo.elf -Os
set -eu
here=$(cd "$(dirname "$0")" && pwd)
source=$1
output=$2
shift 2
exec "${RISCV_GCC:-riscv64-unknown-elf-gcc}" -march=rv32imc -misa-spec=2.2 -mabi=ilp32 -ffreestanding -nostdlib -static \
  -fno-builtin -msmall-data-limit=0 -Wall -Wno-unused-function -Wl,--build-id=none -Wl,-z,max-page-size=16 -Wl,--no-warn-rwx-segments \
  -T "$here/link.ld" "$@" -o "$output" "$here/crt0.S" "$source" -lgcc
