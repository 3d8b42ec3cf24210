// All of lithe::nn: modules, layers, containers, initial values.
#pragma once

#include "dsl/holder.h"
#include "dsl/init.h"
#include "dsl/layers/activation.h"
#include "dsl/layers/batch_norm.h"
#include "dsl/layers/container.h"
#include "dsl/layers/conv.h"
#include "dsl/layers/dropout.h"
#include "dsl/layers/embedding.h"
#include "dsl/layers/linear.h"
#include "dsl/layers/loss.h"
#include "dsl/layers/normalization.h"
#include "dsl/layers/padding.h"
#include "dsl/layers/pooling.h"
#include "dsl/layers/recurrent.h"
#include "dsl/layers/softmax.h"
#include "dsl/layers/vision.h"
