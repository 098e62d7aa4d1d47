// SPDX-License-Identifier: GPL-2.0
/* 5.11: INIT_CSD() */
#include <linux/module.h>
#include <linux/smp.h>

void test(call_single_data_t *csd, smp_call_func_t fn);
void test(call_single_data_t *csd, smp_call_func_t fn)
{
	INIT_CSD(csd, fn, NULL);
}

MODULE_LICENSE("GPL");
