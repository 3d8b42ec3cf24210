// All of lithe::data: datasets, samplers, transforms, loaders.
#pragma once

#include "dsl/data/collate.h"
#include "dsl/data/data_loader.h"
#include "dsl/data/datasets.h"
#include "dsl/data/example.h"
#include "dsl/data/samplers.h"
#include "dsl/data/transforms.h"
