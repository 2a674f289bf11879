/* gres.h - generic resources of a node as Slurm writes them */
#ifndef FT_ADAPTERS_SLURM_GRES_H
#define FT_ADAPTERS_SLURM_GRES_H

#include <stdint.h>

/* GPUs of "gpu:a100:4(S:0-1),gpu:2,shard:8"; NULL is fine. */
uint32_t ft_gres_gpus(const char *gres);

#endif
