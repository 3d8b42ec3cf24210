#pragma once

#include <cstring>
#include <string>

#include "runtime/safetensors.h"
#include "tests/paths.h"
#include "tests/support/tensors.h"

namespace lithe::tests {

/// The tensors of a file of tests/data that a script of tests/parity recorded from PyTorch.
class Recorded {
public:
    explicit Recorded(const std::string& name)
        : file_(SafetensorsFile::open(std::string(source_dir) + "/tests/data/" + name)) {}

    Tensor operator[](const std::string& name) const {
        const ConstTensorView* view = file_.find(name);
        BOOST_REQUIRE_MESSAGE(view, "nothing was recorded as " << name);
        const Array array = Array::empty(view->dtype, view->shape);
        std::memcpy(array.raw(), view->data, array.size_bytes());
        return Tensor::from(array);
    }

private:
    SafetensorsFile file_;
};

}  // namespace lithe::tests
