// All of lithe::nn::utils.
#pragma once

#include "dsl/utils/clip_grad.h"
#include "dsl/utils/functional_call.h"
#include "dsl/utils/fusion.h"
#include "dsl/utils/parametrize.h"
#include "dsl/utils/prune.h"
#include "dsl/utils/skip_init.h"
#include "dsl/utils/weight_norm.h"
