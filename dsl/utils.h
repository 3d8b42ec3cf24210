// All of lithe::nn::utils.
#pragma once

#include "dsl/utils/clip_grad.h"
#include "dsl/utils/fusion.h"
