#include "bench/kernels/cases.h"

namespace lithe::bench {

Subject function(Forward forward) { return {std::make_shared<nn::Module>(), std::move(forward)}; }

Cases all_cases() {
    Cases cases;
    add_products(cases);
    add_images(cases);
    add_rows(cases);
    add_sequences(cases);
    add_more(cases);
    return cases;
}

}  // namespace lithe::bench
