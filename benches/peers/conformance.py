"""jupyter_kernel_test for the kernels that are installed, with the samples each language calls for.

    python benches/peers/conformance.py

Prints a row per kernel: tests passed, failed, and skipped for want of a sample the kernel could answer.
"""
import sys
import unittest
from pathlib import Path

import jupyter_kernel_test
from jupyter_client.kernelspec import KernelSpecManager

sys.path.insert(0, str(Path(__file__).parents[2] / "kernel" / "tests" / "client"))
from test_conformance import GflowIopubWelcomeTests, GflowKernelTests  # noqa: E402


class Python(jupyter_kernel_test.KernelTests):
    kernel_name = "python3"
    language_name = "python"
    file_extension = ".py"
    code_hello_world = "print('hello, world')"
    code_stderr = "import sys; print('oops', file=sys.stderr)"
    completion_samples = [{"text": "zi", "matches": {"zip"}}]
    complete_code_samples = ["1", "def f(x):\n    return 2*x\n\n\n"]
    incomplete_code_samples = ["def f(x):", "print("]
    invalid_code_samples = ["import = 7q"]
    code_page_something = "zip?"
    code_generate_error = "raise"
    code_execute_result = [{"code": "1+2+3", "result": "6"}, {"code": "[n*n for n in range(1, 4)]", "result": "[1, 4, 9]"}]
    code_display_data = [{"code": "from IPython.display import HTML, display; display(HTML('<b>test</b>'))", "mime": "text/html"}]
    code_history_pattern = "1?2*"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "zip"
    code_clear_output = "from IPython.display import clear_output; clear_output()"


class XPython(Python):
    kernel_name = "xpython"


class Rust(jupyter_kernel_test.KernelTests):
    kernel_name = "rust"
    language_name = "Rust"
    file_extension = ".rs"
    code_hello_world = 'println!("hello, world");'
    code_stderr = 'eprintln!("oops");'
    completion_samples = [{"text": "String::from_utf8_l", "matches": {"from_utf8_lossy"}}]
    complete_code_samples = ["1", "fn f(x: i32) -> i32 { x }"]
    incomplete_code_samples = ["fn f(x: i32) {"]
    invalid_code_samples = ["let 3 = )"]
    code_page_something = ":help"
    code_generate_error = "let x: i32 = 1.5;"
    code_execute_result = [{"code": "1 + 2 + 3", "result": "6"}, {"code": "vec![1, 4]", "result": "[1, 4]"}]
    code_display_data = [{"code": 'println!("EVCXR_BEGIN_CONTENT text/html\\n<b>x</b>\\nEVCXR_END_CONTENT");', "mime": "text/html"}]
    code_history_pattern = "1 ? 2*"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "String"
    code_clear_output = ":clear"


def welcome(name):
    return type(f"Welcome_{name}", (jupyter_kernel_test.IopubWelcomeTests,), {"kernel_name": name, "support_iopub_welcome": True})


def main():
    known = KernelSpecManager().find_kernel_specs()
    print("| kernel | passed | failed | not passed |\n|---|---|---|---|")
    for cases in ([GflowKernelTests, GflowIopubWelcomeTests], [Python, welcome("python3")], [XPython, welcome("xpython")], [Rust, welcome("rust")]):
        name = cases[0].kernel_name
        if name not in known:
            continue
        passed, bad = 0, []
        for case in cases:
            for test in unittest.defaultTestLoader.loadTestsFromTestCase(case):
                result = unittest.TestResult()
                unittest.TestSuite([test]).run(result)
                if result.wasSuccessful() and not result.skipped:
                    passed += 1
                else:
                    bad.append(test.id().rsplit(".", 1)[1].removeprefix("test_"))
        print(f"| {name} | {passed} | {len(bad)} | {', '.join(bad)} |", flush=True)


if __name__ == "__main__":
    main()
