# A boot sector that fills memory with a known pattern and then keeps changing some of it: what ram-equal.py captures.
#
# 0x6000   the guest writes 1 here when everything is filled, then counts its rounds
# 0x7db0   three words for ram-equal.py to fill in: end of memory below 4 GiB, end of memory above it, stride
#
# Filled: one page every `stride` bytes, and all of ZONE. Of a filled page every second word is zero, so that it can be
# compressed. Changed in each round: one word in each page of ZONE (a delta), and FLIP, between a pattern and zero.
        .equ ZONE, 0x1000000
        .equ ZONE_END, 0x1400000
        .equ FLIP, 0x1800000
        .equ FLIP_END, 0x1840000
        .equ TABLES, 0x10000
        .equ READY, 0x6000

        .code16
        .globl _start
_start: cli
        cld
        xorw %ax, %ax
        movw %ax, %ds
        movw %ax, %ss
        movw $0x7000, %sp
        inb $0x92, %al
        orb $2, %al
        outb %al, $0x92
        # Eight GiB by pages of 2 MiB: one table of tables, its eight tables.
        movw $(TABLES >> 4), %ax
        movw %ax, %es
        xorl %eax, %eax
        xorw %di, %di
        movw $0x2800, %cx
        rep stosl
        movl $(TABLES + 0x1003), %es:0
        movw $0x1000, %di
        movl $(TABLES + 0x2003), %eax
1:      movl %eax, %es:(%di)
        addw $8, %di
        addl $0x1000, %eax
        cmpw $0x1040, %di
        jb 1b
        movw $0x2000, %di
        xorl %ebx, %ebx
2:      movl %ebx, %eax
        shll $21, %eax
        orl $0x83, %eax
        movl %eax, %es:(%di)
        movl %ebx, %eax
        shrl $11, %eax
        movl %eax, %es:4(%di)
        addw $8, %di
        incl %ebx
        cmpl $4096, %ebx
        jb 2b
        lgdtl gdt_at
        movl %cr4, %eax
        orl $0x20, %eax
        movl %eax, %cr4
        movl $TABLES, %eax
        movl %eax, %cr3
        movl $0xc0000080, %ecx
        rdmsr
        orl $0x100, %eax
        wrmsr
        movl %cr0, %eax
        orl $0x80000001, %eax
        movl %eax, %cr0
        ljmpl $8, $long

        .code64
long:   movw $16, %ax
        movw %ax, %ds
        movw %ax, %es
        movw %ax, %ss
        movabsq $6364136223846793005, %r8
        movabsq $1442695040888963407, %r9
        movq stride, %r10
        movl $0x100000, %esi
        movq below, %rdi
        call fill
        movl $1, %esi
        shlq $32, %rsi
        movq above, %rdi
        call fill
        movl $ZONE, %esi
        movl $ZONE_END, %edi
        movl $0x1000, %r10d
        call fill
        xorl %ebp, %ebp
round:  incq READY
        movl $ZONE, %esi
3:      incq (%rsi,%rbp)
        addq $0x1000, %rsi
        cmpq $ZONE_END, %rsi
        jb 3b
        addl $8, %ebp
        andl $0xff8, %ebp
        movl $FLIP, %edi
        movl $((FLIP_END - FLIP) / 8), %ecx
        xorl %eax, %eax
        testb $8, %bpl
        cmovnzq %r8, %rax
        rep stosq
        movl $0x1000, %ecx
4:      pause
        decl %ecx
        jnz 4b
        jmp round

# Fills a page every %r10 bytes from %rsi to %rdi.
fill:   cmpq %rdi, %rsi
        jae 6f
        movq %rsi, %rdx
        movq %rsi, %rax
5:      imulq %r8, %rax
        addq %r9, %rax
        movq %rax, (%rdx)
        addq $16, %rdx
        testl $0xfff, %edx
        jnz 5b
        addq %r10, %rsi
        jmp fill
6:      ret

        .balign 8
gdt:    .quad 0, 0x00209a0000000000, 0x0000920000000000
gdt_at: .word 23
        .long gdt

        .org 0x1b0
below:  .quad 0
above:  .quad 0
stride: .quad 0
        .org 0x1fe
        .word 0xaa55
