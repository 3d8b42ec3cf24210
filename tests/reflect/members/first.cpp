#include "blocks.h"
#include "fields.h"

static_assert(sizeof(GREETING) == sizeof("a \"quoted\" word"));

namespace {

/// The same name as in second.cpp, with other fields.
struct Net : lithe::nn::Module {
    vision::Block stem;
    RepeatedBlock body;
};

}  // namespace

std::vector<std::string> first_fields() {
    Net net;
    return field_names(net);
}

std::vector<std::string> first_repeated_fields() {
    RepeatedBlock block;
    return field_names(block);
}
