#pragma once

#include "compiler/compiled_model.h"
