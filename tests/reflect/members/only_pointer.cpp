#include "fields.h"
#include "partial.h"

struct Hidden : lithe::nn::Module {
    lithe::nn::Linear inside;
};

std::vector<std::string> partial_fields() {
    Partial partial;
    partial.hidden = std::make_shared<Hidden>();
    partial.held = Held();
    partial.several.push_back(Held());
    return field_names(partial);
}
