/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the compiler of Debian's configuration has and the clang of Debian 12 has not. clang-cc
 * includes this after the kernel's configuration.
 */
#undef CONFIG_CC_HAS_NAMED_AS
#undef CONFIG_USE_X86_SEG_SUPPORT
#undef CONFIG_CC_HAS_ASM_GOTO_OUTPUT
