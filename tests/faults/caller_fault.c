// SPDX-License-Identifier: GPL-2.0
/*
 * caller_fault: makes one call fail that one place of our modules makes, for tests/faults: an
 * allocation, a verb, a query, a registration. The kernel's own fault injection chooses by chance
 * or by count; this one knows who asks, and so can tell which places were tried.
 *
 * Functions that may fail ("targets", below) are probed. When one is called, however deep in the
 * kernel, on behalf of one of our modules, the innermost place of ours on the stack is the
 * "caller". Under /sys/kernel/debug/caller_fault:
 *
 *   callers   a line of each: HITS FAILED TARGET MODULE/FUNCTION+OFFSET; any write makes all hits 0
 *   arm       write "NTH TARGET CALLER": the NTH call from now fails, once; "0": none does.
 *             read: "idle", "armed", or "fired"
 *
 * Load it after the RDMA core and before the modules that it is to watch. x86-64 only.
 */
#include <linux/debugfs.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/kallsyms.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/stacktrace.h>

#define CALLER_MAX	1024	/* places; we have some hundred */
#define CALLER_LABEL	80
#define CALLER_DEPTH	48	/* frames from a place of ours to the target, and the probe's own */

static const char * const caller_modules[] = { "ipoib_core", "accel_ref", "accel_mlx", "ib_ipoib" };

/* Those of them that are loaded: for probes, which run in them, so that they cannot go. */
static struct module *caller_loaded[ARRAY_SIZE(caller_modules)];

struct caller_target {
	const char *name;
	const char *symbol;
	long value;		/* what the function returns when it is made to fail */
	struct kprobe probe;
	bool probed;
};

#define TARGET(_name, _symbol, _value) { .name = (_name), .symbol = (_symbol), .value = (_value) }

static struct caller_target caller_targets[] = {
	TARGET("slab", "should_failslab", -ENOMEM),
	TARGET("page", "should_fail_alloc_page", true),
	/* Its name from 6.10 on, and until then. */
	TARGET("percpu", "pcpu_alloc_noprof", 0),
	TARGET("percpu", "pcpu_alloc", 0),
	TARGET("qp", "ib_create_qp_kernel", -ENOMEM),
	TARGET("modify_qp", "ib_modify_qp", -EINVAL),
	TARGET("cq", "__ib_alloc_cq", -ENOMEM),
	TARGET("pd", "__ib_alloc_pd", -ENOMEM),
	TARGET("ah", "rdma_create_ah", -ENOMEM),
	TARGET("attach", "ib_attach_mcast", -ENOMEM),
	TARGET("detach", "ib_detach_mcast", -ENOMEM),
	TARGET("join", "ib_sa_join_multicast", -ENOMEM),
	TARGET("path_query", "ib_sa_path_rec_get", -ENOMEM),
	TARGET("query_port", "ib_query_port", -EIO),
	TARGET("query_qp", "ib_query_qp", -EIO),
	TARGET("dma", "dma_map_page_attrs", DMA_MAPPING_ERROR),
	TARGET("query_pkey", "ib_query_pkey", -EIO),
	TARGET("find_pkey", "ib_find_pkey", -ENOENT),
	TARGET("query_gid", "rdma_query_gid", -EIO),
	TARGET("client", "ib_register_client", -ENOMEM),
	TARGET("netdev", "register_netdevice", -ENOMEM),
	TARGET("workqueue", "alloc_workqueue_noprof", 0),
	TARGET("workqueue", "alloc_workqueue", 0),
	TARGET("tx_queues", "netif_set_real_num_tx_queues", -ENOMEM),
	TARGET("rx_queues", "netif_set_real_num_rx_queues", -ENOMEM),
};

/*
 * One place. Filled under caller_lock, then counted in caller_count; from then on its label and
 * target do not change. @address holds while @generation is the present one: modules come and go.
 */
struct caller {
	char label[CALLER_LABEL];
	struct caller_target *target;
	unsigned long address;
	unsigned int generation;
	atomic_t hits;
	atomic_t failed;
};

static struct caller callers[CALLER_MAX];
static unsigned int caller_count;
static unsigned int caller_generation;
static DEFINE_RAW_SPINLOCK(caller_lock);	/* probes run in any context */

static struct caller *caller_armed;
static atomic_t caller_left;		/* calls of it until the one that fails */
static bool caller_fired;

static struct dentry *caller_dir;

/* caller_label() - "accel_ref/ref_open+0x1c" of an address, whatever else the kernel says of it */
static bool caller_label(char *label, unsigned long address)
{
	char text[KSYM_SYMBOL_LEN];
	char *module, *end;

	sprint_symbol(text, address);
	module = strchr(text, '[');
	end = strchr(text, '/');
	if (!module || !end)
		return false;
	*end = '\0';
	module++;
	end = strpbrk(module, " ]");
	if (!end)
		return false;
	*end = '\0';
	return snprintf(label, CALLER_LABEL, "%s/%s", module, text) < CALLER_LABEL;
}

static struct caller *caller_known(struct caller_target *target, unsigned long address)
{
	unsigned int i;

	for (i = 0; i < caller_count; i++) {
		if (callers[i].target == target && callers[i].address == address &&
		    callers[i].generation == caller_generation)
			return &callers[i];
	}
	return NULL;
}

/* By names: a target may have several symbols, of which a kernel has one. */
static struct caller *caller_find(const char *target, const char *label)
{
	unsigned int i, count = READ_ONCE(caller_count);

	for (i = 0; i < count; i++) {
		if (!strcmp(callers[i].target->name, target) && !strcmp(callers[i].label, label))
			return &callers[i];
	}
	return NULL;
}

static struct caller *caller_get(struct caller_target *target, unsigned long address)
{
	char label[CALLER_LABEL];
	struct caller *caller;
	unsigned long flags;

	raw_spin_lock_irqsave(&caller_lock, flags);
	caller = caller_known(target, address);
	if (caller || !caller_label(label, address))
		goto out;
	caller = caller_find(target->name, label);
	if (!caller && caller_count < CALLER_MAX) {
		caller = &callers[caller_count];
		caller->target = target;
		strscpy(caller->label, label, sizeof(caller->label));
		caller_count++;
	}
	if (caller) {
		caller->address = address;
		caller->generation = caller_generation;
	}
out:
	raw_spin_unlock_irqrestore(&caller_lock, flags);
	return caller;
}

static bool caller_is_ours(unsigned long address)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(caller_loaded); i++) {
		struct module *module = READ_ONCE(caller_loaded[i]);

		if (module && within_module(address, module))
			return true;
	}
	return false;
}

/* What a function that fails does instead: nothing. What it returns is in its register. */
static noinline notrace void caller_return(void)
{
}

static int caller_called(struct kprobe *probe, struct pt_regs *regs)
{
	struct caller_target *target = container_of(probe, struct caller_target, probe);
	unsigned long stack[CALLER_DEPTH];
	struct caller *caller;
	unsigned int depth, i;

	depth = stack_trace_save(stack, ARRAY_SIZE(stack), 0);
	for (i = 0; i < depth; i++) {
		if (caller_is_ours(stack[i]))
			break;
	}
	if (i == depth)
		return 0;
	caller = caller_get(target, stack[i]);
	if (!caller)
		return 0;
	atomic_inc(&caller->hits);
	if (READ_ONCE(caller_armed) != caller || !atomic_dec_and_test(&caller_left))
		return 0;
	atomic_inc(&caller->failed);
	WRITE_ONCE(caller_fired, true);
	regs->ax = target->value;
	regs->ip = (unsigned long)caller_return;
	return 1;
}

/* With one of these the kernel knows that the probe may lead elsewhere. */
static void caller_went_on(struct kprobe *probe, struct pt_regs *regs, unsigned long flags)
{
}

static int caller_module(struct notifier_block *nb, unsigned long what, void *data)
{
	struct module *module = data;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(caller_modules); i++) {
		if (strcmp(module->name, caller_modules[i]))
			continue;
		if (what == MODULE_STATE_COMING)
			WRITE_ONCE(caller_loaded[i], module);
		else if (what == MODULE_STATE_GOING)
			WRITE_ONCE(caller_loaded[i], NULL);
		WRITE_ONCE(caller_generation, caller_generation + 1);
	}
	return NOTIFY_DONE;
}

static struct notifier_block caller_module_nb = { .notifier_call = caller_module };

static int callers_show(struct seq_file *seq, void *unused)
{
	unsigned int i, count = READ_ONCE(caller_count);

	for (i = 0; i < count; i++)
		seq_printf(seq, "%d %d %s %s\n", atomic_read(&callers[i].hits),
			   atomic_read(&callers[i].failed), callers[i].target->name,
			   callers[i].label);
	return 0;
}

static int callers_open(struct inode *inode, struct file *file)
{
	return single_open(file, callers_show, NULL);
}

static ssize_t callers_write(struct file *file, const char __user *from, size_t len, loff_t *pos)
{
	unsigned int i;

	for (i = 0; i < READ_ONCE(caller_count); i++)
		atomic_set(&callers[i].hits, 0);
	return len;
}

static const struct file_operations callers_fops = {
	.owner = THIS_MODULE,
	.open = callers_open,
	.read = seq_read,
	.write = callers_write,
	.llseek = seq_lseek,
	.release = single_release,
};

static ssize_t arm_write(struct file *file, const char __user *from, size_t len, loff_t *pos)
{
	char text[CALLER_LABEL + 40] = "", target[16], label[CALLER_LABEL];
	struct caller *caller = NULL;
	unsigned int nth;
	int fields;

	if (len >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, from, len))
		return -EFAULT;
	fields = sscanf(text, "%u %15s %79s", &nth, target, label);
	if (fields < 1 || (nth && fields < 3))
		return -EINVAL;
	if (nth) {
		caller = caller_find(target, label);
		if (!caller)
			return -ENOENT;
	}
	WRITE_ONCE(caller_armed, NULL);
	WRITE_ONCE(caller_fired, false);
	atomic_set(&caller_left, nth);
	/* Who sees it armed sees the number too. */
	smp_store_release(&caller_armed, caller);
	return len;
}

static ssize_t arm_read(struct file *file, char __user *to, size_t len, loff_t *pos)
{
	const char *text = "idle\n";

	if (READ_ONCE(caller_fired))
		text = "fired\n";
	else if (READ_ONCE(caller_armed))
		text = "armed\n";
	return simple_read_from_buffer(to, len, pos, text, strlen(text));
}

static const struct file_operations arm_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = arm_read,
	.write = arm_write,
};

static void caller_unprobe(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(caller_targets); i++) {
		if (caller_targets[i].probed)
			unregister_kprobe(&caller_targets[i].probe);
	}
}

/* A kernel has one name of some functions, and not all of what may be made to fail. */
static void caller_probe(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(caller_targets); i++) {
		struct caller_target *target = &caller_targets[i];
		int ret;

		target->probe.symbol_name = target->symbol;
		target->probe.pre_handler = caller_called;
		target->probe.post_handler = caller_went_on;
		ret = register_kprobe(&target->probe);
		target->probed = !ret;
		if (ret)
			pr_info("%s cannot be probed (%d)\n", target->symbol, ret);
	}
}

static int __init caller_fault_init(void)
{
	int ret;

	ret = register_module_notifier(&caller_module_nb);
	if (ret)
		return ret;
	caller_probe();
	caller_dir = debugfs_create_dir("caller_fault", NULL);
	debugfs_create_file("callers", 0600, caller_dir, NULL, &callers_fops);
	debugfs_create_file("arm", 0600, caller_dir, NULL, &arm_fops);
	return 0;
}

static void __exit caller_fault_exit(void)
{
	debugfs_remove(caller_dir);
	caller_unprobe();
	unregister_module_notifier(&caller_module_nb);
}

module_init(caller_fault_init);
module_exit(caller_fault_exit);
MODULE_DESCRIPTION("Failures of calls chosen by who makes them, for tests of ipoib-accel");
MODULE_LICENSE("GPL");
