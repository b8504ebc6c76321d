"""jupyter_kernel_test, every sample given."""
import os

import jupyter_kernel_test

KERNEL = os.environ.get("GFLOW_TEST_KERNEL", "gflow")


class GflowKernelTests(jupyter_kernel_test.KernelTests):
    kernel_name = KERNEL
    language_name = "rhai"
    file_extension = ".rhai"
    code_hello_world = 'print("hello, world")'
    code_stderr = 'debug("oops")'
    completion_samples = [
        {"text": "data::ri", "matches": {"data::ring", "data::rings", "data::ring_centers"}},
        {"text": "gpa(d, #{ integ", "matches": {"integrator"}},
        {"text": "kl().conj", "matches": {"conjugate", "conjugate_grad"}},
        {"text": 'mlp([8], #{ activation: "gr', "matches": {"groupsort"}},
    ]
    complete_code_samples = ["1 + 1", "let x = 3;", "fn f(x) { x + 1 }", "?kl", "// only a comment"]
    incomplete_code_samples = ["fn f(x) {", "gpa(kl().regularized(", "let a = [1,", '"half a text']
    invalid_code_samples = ["let 3 = x", "fn (", "1 +* 2"]
    code_page_something = "?kl"
    code_generate_error = 'throw "on purpose"'
    code_execute_result = [
        {"code": "1 + 2 * 3", "result": "7"},
        {"code": "1/2 + 1/3", "result": "0.8333333333333333"},
        {"code": '"a" + "b"', "result": "ab"},
        {"code": "-2**2", "result": "-4"},
    ]
    code_display_data = [
        {"code": "plot::scatter(data::ring(50)).show()", "mime": "image/svg+xml"},
        {"code": "plot::scatter(data::ring(6000)).show()", "mime": "image/png"},
        {"code": "display(kl())", "mime": "text/markdown"},
        {"code": "display(data::ring(50))", "mime": "text/html"},
    ]
    code_history_pattern = "1?2 + 1*"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "gpa"
    code_clear_output = "clear_output()"


class GflowIopubWelcomeTests(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = KERNEL
    support_iopub_welcome = True
