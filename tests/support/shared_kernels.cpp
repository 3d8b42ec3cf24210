// Tests compile the same layers again and again: each process compiles a kernel once.
#include <boost/test/unit_test.hpp>

#include "compiler/lower/cache.h"

using lithe::lower::SharedKernels;
BOOST_GLOBAL_FIXTURE(SharedKernels);
