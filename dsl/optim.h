// All optimizers.
#pragma once

#include "dsl/optim/adam.h"
#include "dsl/optim/optimizer.h"
#include "dsl/optim/sgd.h"
