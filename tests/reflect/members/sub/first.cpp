// A second source named first.cpp.
#include "../blocks.h"
#include "../fields.h"

namespace sub {

struct Net : lithe::nn::Module {
    lithe::nn::Linear fc;
};

std::vector<std::string> net_fields() {
    Net net;
    return field_names(net);
}

}  // namespace sub
