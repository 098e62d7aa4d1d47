// SPDX-License-Identifier: GPL-2.0
/* soft_ib: the module: parameters (others are in props.c), and the ladder up and down. */
#include <linux/module.h>
#include <linux/slab.h>

#include "verbs.h"

static int hcas = 2;
module_param(hcas, int, 0444);
MODULE_PARM_DESC(hcas, "number of HCAs, 1 to 64 (default 2)");

int sib_vfs;
module_param_named(vfs, sib_vfs, int, 0444);
MODULE_PARM_DESC(vfs, "virtual functions of each HCA, 0 to 4 (default 0)");

bool sib_virtual;
module_param_named(virtual, sib_virtual, bool, 0444);
MODULE_PARM_DESC(virtual, "HCAs say that they are virtual functions themselves (default off)");

bool sib_opa;
module_param_named(opa, sib_opa, bool, 0444);
MODULE_PARM_DESC(opa, "ports say that their addresses are Omni-Path's (default off)");

bool sib_spread;
module_param_named(spread, sib_spread, bool, 0444);
MODULE_PARM_DESC(spread, "completion vector N interrupts CPU N (default off: the sender's CPU)");

bool sib_strict = true;
module_param_named(strict, sib_strict, bool, 0444);
MODULE_PARM_DESC(strict, "count and log wrong use of the verbs (default on)");

struct sib_fabric *sib_fabric;

static int __init sib_init(void)
{
	int i, err;

	if (hcas < 1 || hcas > SIB_MAX_HCAS) {
		pr_err("soft_ib: hcas= must be 1 to %d\n", SIB_MAX_HCAS);
		return -EINVAL;
	}
	err = sib_props_check();
	if (err)
		return err;
	if (sib_vfs < 0 || sib_vfs > SIB_MAX_VFS) {
		pr_err("soft_ib: vfs= must be 0 to %d\n", SIB_MAX_VFS);
		return -EINVAL;
	}

	sib_fabric = kvzalloc(sizeof(*sib_fabric), GFP_KERNEL);
	if (!sib_fabric)
		return -ENOMEM;
	sib_fabric->num_hcas = hcas;
	err = sib_bus_init();
	if (err)
		goto err_free;
	err = sib_fabric_init(sib_fabric);
	if (err)
		goto err_bus;

	for (i = 0; i < hcas; i++) {
		err = sib_hca_create(sib_fabric, i);
		if (err)
			goto err_hcas;
	}
	return 0;

err_hcas:
	while (i--)
		sib_hca_destroy(sib_fabric, i);
	sib_fabric_exit(sib_fabric);
err_bus:
	sib_bus_exit();
err_free:
	kvfree(sib_fabric);
	return err;
}
module_init(sib_init);

static void __exit sib_exit(void)
{
	int i;

	for (i = sib_fabric->num_hcas - 1; i >= 0; i--)
		sib_hca_destroy(sib_fabric, i);
	sib_fabric_exit(sib_fabric);
	sib_bus_exit();
	kvfree(sib_fabric);
}
module_exit(sib_exit);

MODULE_DESCRIPTION("Software InfiniBand fabric for tests");
MODULE_LICENSE("GPL");
