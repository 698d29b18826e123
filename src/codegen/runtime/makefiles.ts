/** The C files of a project, by what they belong to. */
export interface Sources {
  readonly library: readonly string[];
  readonly app: readonly string[];
}

const list = (name: string, files: readonly string[]): string =>
  `${name} := ${files.join(
    ' \
  ',
  )}`;

const sources = ({ library, app }: Sources): string => `${list('LIBRARY', library)}
${list('APP', app)}
INCLUDES := -Icodegen/host/include -Idory/include -Iapp/include`;

// The order of float operations is part of a kernel's meaning, and tensors of several types share the workspace's bytes.
const COMMON_FLAGS = '-std=c99 -Wall -Wextra -pedantic -ffp-contract=off -fno-strict-aliasing';

/** Makefile: cross-compilation for DIANA with a plain RISC-V GCC. */
export const makefile = (
  files: Sources,
  xpulp: boolean,
): string => `# Builds demo.elf for DIANA with a plain RISC-V GCC and this folder's start-up code and linker script.
# The host core also has Xpulp instructions, which this compiler does not know: ${
  xpulp ? 'host_xpulp.h spells them as .insn words.' : 'compile --xpulp uses them, as .insn words.'
}
PREFIX ?= riscv64-unknown-elf-
CC := $(PREFIX)gcc
SIZE := $(PREFIX)size
OPT ?= -O2
ARCH ?= -march=rv32imc -misa-spec=2.2 -mabi=ilp32 -mcmodel=medany

${sources(files)}
TARGET := target/crt0.S target/start.c

CFLAGS := $(ARCH) $(OPT) ${COMMON_FLAGS}
# A jump to an instruction of four bytes that is not word-aligned takes a cycle more.
CFLAGS += -falign-loops=4 -falign-jumps=4
CFLAGS += -ffreestanding -fno-tree-loop-distribute-patterns -ffunction-sections -fdata-sections -DDIANA_BARE${xpulp ? ' -DHOST_XPULP' : ''} $(EXTRA_CFLAGS)
LDFLAGS := $(ARCH) -nostdlib -nostartfiles -static -Wl,--gc-sections -Wl,-T,target/link.ld -Wl,-Map,build/demo.map

OBJECTS := $(patsubst %,build/%.o,$(LIBRARY) $(APP) $(TARGET))

.PHONY: all clean
all: demo.elf
	@$(SIZE) -A demo.elf | grep -v '^\\.debug'

demo.elf: $(OBJECTS) target/link.ld
	$(CC) $(LDFLAGS) $(OBJECTS) -lgcc -o $@

build/%.c.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(INCLUDES) -c $< -o $@

build/%.S.o: %.S
	@mkdir -p $(@D)
	$(CC) $(ARCH) -c $< -o $@

clean:
	rm -rf build demo.elf
`;

/** Makefile.pulprt: for users of DIANA's PULP SDK. */
export const makefilePulprt = (
  files: Sources,
  xpulp: boolean,
): string => `# Builds and runs the demo with DIANA's PULP SDK: source its setup first, which sets PULP_SDK_HOME and the target.
#   make -f Makefile.pulprt clean all run
PULP_APP = demo
OPT ?= -O3

${sources(files)}

PULP_APP_FC_SRCS = $(LIBRARY) $(APP)
# The network's constants and activations go where the SDK's linker script has shared L2, so the addresses are not the plan's.
PULP_CFLAGS = $(INCLUDES) $(OPT) -std=gnu99 -ffp-contract=off -fno-strict-aliasing -DDIANA_PULP_SDK${xpulp ? ' -DHOST_XPULP -DHOST_XPULP_BUILTINS' : ''} $(EXTRA_CFLAGS)

ifndef PULP_SDK_HOME
$(error PULP_SDK_HOME is not set: source the setup of DIANA's PULP SDK first)
endif
include $(PULP_SDK_HOME)/install/rules/pulp_rt.mk
`;

/** Makefile.x86: a native build, for networks without accelerated layers. */
export const makefileX86 = (
  files: Sources,
): string => `# Builds and runs the demo on this machine (target "c": nothing needs the accelerator).
CC ?= gcc
OPT ?= -O2

${sources(files)}

CFLAGS := $(OPT) ${COMMON_FLAGS} $(EXTRA_CFLAGS)
OBJECTS := $(patsubst %,build-x86/%.o,$(LIBRARY) $(APP))

.PHONY: all run clean
all: demo

demo: $(OBJECTS)
	$(CC) $(CFLAGS) $(OBJECTS) -o $@

build-x86/%.c.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(INCLUDES) -c $< -o $@

run: demo
	./demo

clean:
	rm -rf build-x86 demo
`;
