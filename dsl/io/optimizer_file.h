#pragma once

#include <iosfwd>
#include <string>

#include "dsl/optim/optimizer.h"

namespace lithe {

/// Writes an optimizer's state: what `torch.save(optimizer.state_dict())` writes where the name
/// ends in
/// `.pt`, `.pth`, `.ckpt` or `.bin`, so that PyTorch's `load_state_dict` takes it; else
/// safetensors, with the tensors `state.0.exp_avg`, ... and the groups in the metadata. Replaces
/// the file in one step. Errors: file.*.
void save_optimizer(const optim::Optimizer& optimizer, const std::string& path);

/// Reads such a file, or PyTorch's; `prefix` leads to the state within a checkpoint, as in
/// {"optimizer": ...}. All or nothing. Errors: optim.load_state_dict, optim.option_type, those of
/// TorchFile and SafetensorsFile.
void load_optimizer(optim::Optimizer& optimizer, const std::string& path,
                    const std::string& prefix = {});

/// The same to and from a stream, in the format of `torch.save`.
void save_optimizer(const optim::Optimizer& optimizer, std::ostream& stream);
void load_optimizer(optim::Optimizer& optimizer, std::istream& stream);

}  // namespace lithe
