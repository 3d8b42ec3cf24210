#include "runtime/model.h"
#include "runtime/safetensors.h"
#include "runtime/state_dict.h"

namespace lithe {

StateDict open_state_dict(const std::string& path) {
    auto file = std::make_shared<SafetensorsFile>(SafetensorsFile::open(path));
    std::vector<NamedTensor> tensors = file->tensors();
    return {std::move(tensors), std::move(file)};
}

void Model::save_state_dict(const std::string& path) const {
    save_safetensors(path, state_dict().entries());
}

}  // namespace lithe
