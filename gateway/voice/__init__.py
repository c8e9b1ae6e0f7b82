"""A spoken conversation: whose turn it is (pure rules), how text is spoken, and the call that joins the parts."""
