// All optimizers and learning-rate schedulers.
#pragma once

#include "dsl/optim/adadelta.h"
#include "dsl/optim/adagrad.h"
#include "dsl/optim/adam.h"
#include "dsl/optim/adamax.h"
#include "dsl/optim/asgd.h"
#include "dsl/optim/averaged_model.h"
#include "dsl/optim/lbfgs.h"
#include "dsl/optim/lr_scheduler.h"
#include "dsl/optim/nadam.h"
#include "dsl/optim/optimizer.h"
#include "dsl/optim/radam.h"
#include "dsl/optim/rmsprop.h"
#include "dsl/optim/rprop.h"
#include "dsl/optim/sgd.h"
