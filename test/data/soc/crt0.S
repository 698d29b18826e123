# Vectors and start-up code of the test programs: 32 vectors, then the entry at +0x80.
    .section .vectors, "ax"
    .option push
    .option norvc
    .globl vectors
vectors:
    j trap_entry
    .rept 31
    j interrupt_entry
    .endr
    .globl _start
_start:
    la sp, stack
    la t0, vectors
    csrw mtvec, t0
    la t0, bss_start
    la t1, bss_end
1:  bgeu t0, t1, 2f
    sw zero, 0(t0)
    addi t0, t0, 4
    j 1b
2:  call main
    .option pop
    # exit status: bit 31 marks the end.
    .globl exit
exit:
    li t0, 0x80000000
    or a0, a0, t0
    lui t1, 0x1a104
    sw a0, 0xa0(t1)
3:  j 3b

    .text
    .weak trap_handler
    .weak interrupt_handler
trap_handler:
interrupt_handler:
    li a0, 99
    j exit

    .macro handler name, target
\name:
    addi sp, sp, -64
    sw ra, 0(sp)
    sw t0, 4(sp)
    sw t1, 8(sp)
    sw t2, 12(sp)
    sw a0, 16(sp)
    sw a1, 20(sp)
    sw a2, 24(sp)
    sw a3, 28(sp)
    sw a4, 32(sp)
    sw a5, 36(sp)
    sw a6, 40(sp)
    sw a7, 44(sp)
    sw t3, 48(sp)
    sw t4, 52(sp)
    sw t5, 56(sp)
    sw t6, 60(sp)
    csrr a0, mcause
    call \target
    lw ra, 0(sp)
    lw t0, 4(sp)
    lw t1, 8(sp)
    lw t2, 12(sp)
    lw a0, 16(sp)
    lw a1, 20(sp)
    lw a2, 24(sp)
    lw a3, 28(sp)
    lw a4, 32(sp)
    lw a5, 36(sp)
    lw a6, 40(sp)
    lw a7, 44(sp)
    lw t3, 48(sp)
    lw t4, 52(sp)
    lw t5, 56(sp)
    lw t6, 60(sp)
    addi sp, sp, 64
    mret
    .endm
    handler trap_entry, trap_handler
    handler interrupt_entry, interrupt_handler
