// Everything that the author of a model includes.
#pragma once

#include "dsl/autograd.h"
#include "dsl/autograd/function.h"
#include "dsl/data.h"
#include "dsl/indexing.h"
#include "dsl/io/archive.h"
#include "dsl/io/optimizer_file.h"
#include "dsl/io/state_file.h"
#include "dsl/module.h"
#include "dsl/nn.h"
#include "dsl/ops.h"
#include "dsl/optim.h"
#include "dsl/print.h"
#include "dsl/random.h"
#include "dsl/tensor.h"
#include "dsl/tensor_data.h"
#include "dsl/utils.h"
