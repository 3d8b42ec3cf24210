// All of lithe::nn::functional: the layers as functions, under LibTorch's names with its
// FuncOptions.
#pragma once

#include "dsl/functional/activation.h"
#include "dsl/functional/attention.h"
#include "dsl/functional/conv.h"
#include "dsl/functional/dropout.h"
#include "dsl/functional/embedding.h"
#include "dsl/functional/linear.h"
#include "dsl/functional/loss.h"
#include "dsl/functional/normalization.h"
#include "dsl/functional/pooling.h"
#include "dsl/functional/vision.h"
