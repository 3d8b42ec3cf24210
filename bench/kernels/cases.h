#pragma once

#include <string>
#include <utility>
#include <vector>

#include "compiler/forward.h"

namespace lithe::bench {

/// One computation to be timed: compiled as any model is.
struct Case {
    std::string name;  ///< `conv3x3_64@56`
    std::string op;    ///< what kernels.py builds from `sizes`
    std::vector<std::pair<std::string, int64_t>> sizes;
    std::string inputs;  ///< as for `lithe compile --inputs`
    Subject subject;
    double flop = 0;          ///< 2 for a multiplication with its addition; 0: memory alone counts
    int64_t index_limit = 1;  ///< integer inputs lie below this
    double table_bytes = 0;   ///< of parameters, where they are not read whole; else 0
};

using Cases = std::vector<Case>;

void add_products(Cases& cases);
void add_images(Cases& cases);
void add_rows(Cases& cases);
void add_sequences(Cases& cases);
void add_more(Cases& cases);

/// All of them, in the order of the table.
Cases all_cases();

/// A Subject of a function that has no parameters.
Subject function(Forward forward);

}  // namespace lithe::bench
